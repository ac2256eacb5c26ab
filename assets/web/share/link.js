'use strict';
// Reading a link, before the page is built: Gradio makes its components out of gradio_config, so
// what a link asks for is written in there and the first answer is already the right one.
//
// What a person does stands behind the #, which no browser sends anywhere: #v=1&at=samplers&…
// What a teacher made of the page stands before it, and stays: ?lock=samplers.schedule&hide=train
// The keys: explorer/app/share.py. Nothing of a link is ever put into HTML.
(function (ex) {
  const VERSION = 1;
  const MOST = 12000, LONGEST = 6000, TEXT = 400; // characters of a link, of a value, of a typed text
  const NONE = { controls: [], places: [], questions: [], watched: [] };

  const components = new Map((window.gradio_config?.components || []).map((one) => [one.id, one]));
  const registry = [...components.values()].find(({ props }) => props.elem_id === 'share')?.props.props || NONE;
  const controls = new Map(registry.controls.map((one) => [one.key, one]));
  const places = new Map(registry.places.map((one) => [one.key, one]));
  const groups = new Map(); // id of gr.Tabs -> its places
  for (const one of registry.places) groups.set(one.tabs, [...(groups.get(one.tabs) || []), one]);

  const complaints = []; // sentences on what a link asks for in vain
  const complain = (sentence) => {
    complaints.push(sentence);
    document.dispatchEvent(new Event('explorer:complaint'));
  };
  const shown = (text) => (text.length > 40 ? text.slice(0, 39) + '…' : text);
  const stands = 'The default stands.';
  const refused = ({ title }, text, low, high) => complain(low === undefined
    ? `The link asks for “${shown(text)}” in “${title}”, which is not offered there. ${stands}`
    : `The link asks for “${shown(text)}” in “${title}”; allowed are numbers from ${low} to ${high}. ${stands}`);

  // A value as it stands in a link, and back. The reader gives undefined for what is not allowed.
  const matches = ({ pattern }, text) => new RegExp(`^(?:${pattern})$`, 'su').test(text);
  const printable = (text) => !/[\u0000-\u0008\u000b-\u001f]/.test(text);
  function number(control, text, low, high, whole) {
    const value = /^-?\d{1,9}(\.\d{1,20})?(e-?\d{1,2})?$/.test(text) ? Number(text) : NaN;
    if (value >= low && value <= high && (!whole || Number.isInteger(value))) return value;
    refused(control, text, low, high);
    return undefined;
  }
  function chosen(control, text, values) {
    if (values.includes(text)) return text;
    refused(control, text);
    return undefined;
  }

  function written({ field, kind }, value) {
    if (kind === 'open') return value ? '1' : '0';
    const plain = field ? value?.[field] : value;
    return plain === null || plain === undefined ? '' : String(plain);
  }

  function read(control, { type, props }, text) {
    if (control.kind === 'open' || type === 'checkbox') {
      const found = chosen(control, text, ['0', '1']);
      return found && found === '1';
    }
    if (type === 'radio' || type === 'dropdown') return chosen(control, text, props.choices.map(([, value]) => value));
    if (type === 'slider') return number(control, text, props.minimum, props.maximum, props.step === 1);
    if (type === 'number') return number(control, text, control.low, control.high, props.precision === 0);
    const most = control.pattern ? LONGEST : Math.min(TEXT, props.max_length || TEXT);
    if (text.length <= most && printable(text) && (!control.pattern || matches(control, text))) {
      return control.field ? { ...props.value, [control.field]: text } : text;
    }
    refused(control, text);
    return undefined;
  }

  // Put a value where 'value.shown' or 'visible' says, in the properties of a component.
  function put(props, path, value) {
    const [name, field] = path.split('.');
    props[name] = field ? { ...props[name], [field]: value } : value;
  }

  function patch(control, text) {
    const component = components.get(control.id), { props } = component;
    const value = read(control, component, text);
    if (value === undefined) return false;
    props[control.kind === 'open' ? 'open' : 'value'] = value;
    for (const [id, path, equals] of control.mirrors || []) {
      const other = components.get(id).props, choices = other.choices?.map(([, one]) => one);
      const allowed = path !== 'value' || !choices || choices.includes(value);
      put(other, path, equals === null ? (allowed ? value : null) : value === equals);
    }
    if (control.inside && control.kind !== 'open') components.get(control.inside).props.open = true;
    return true;
  }

  const homes = new Map(); // key -> what a control says when nobody has touched it
  for (const control of registry.controls) {
    if (control.kind === 'inputs' || control.kind === 'state') continue;
    const { props } = components.get(control.id);
    homes.set(control.key, written(control, control.kind === 'open' ? props.open : props.value));
  }

  const values = new Map(); // key -> its text, of all that differs from home
  const pending = new Map(); // the same, of widgets that are not there yet
  const open = new Map(); // id of gr.Tabs -> key of its open place, where it is not the first

  function asked(key, text) {
    const control = controls.get(key);
    if (text.length > LONGEST) return refused(control, text);
    if (control.kind === 'state' && !matches(control, text)) return refused(control, text);
    if (control.kind === 'inputs' || control.kind === 'state') {
      if (printable(text)) { pending.set(key, text); values.set(key, text); }
      else refused(control, text);
    } else if (text !== homes.get(key) && patch(control, text)) values.set(key, text);
    return undefined;
  }

  function opened(group, key) {
    const found = places.get(key);
    if (!found || found.tabs !== group) {
      complain(`The link opens “${shown(key)}”, which is not here.`);
      return;
    }
    if (found !== groups.get(group)[0]) open.set(group, key);
    components.get(group).props.selected = found.tab;
  }

  // Chapters of a tab: at=samplers opens the tab, samplers=path its chapter.
  const chaptersOf = (tab) => registry.places.find(({ key }) => key.startsWith(tab + '.'))?.tabs;

  function visited(place) { // written by hand, a chapter may stand after its tab: at=samplers.path
    const [tab, chapter] = place.split('.');
    if (!places.has(place)) { complain(`The link opens “${shown(place)}”, which is not here.`); return; }
    opened(registry.places[0].tabs, tab);
    if (chapter) opened(chaptersOf(tab), place);
  }

  function take(text) {
    if (text.length > MOST) { complain(`This link holds more than ${MOST} characters, so nothing of it was taken.`); return; }
    for (const [key, value] of new URLSearchParams(text)) {
      if (key === 'v') { if (Number(value) > VERSION) complain('This link was made by a later version of the page: what is not known here is left out.'); }
      else if (key === 'at') visited(value);
      else if (controls.has(key)) asked(key, value);
      else if (chaptersOf(key)) opened(chaptersOf(key), `${key}.${value}`);
      else if (value) complain(`The link says something of “${shown(key)}”, which is not here.`);
    }
  }

  // What a teacher's link names: places and controls, by their keys; a place means all in it.
  function named(parameter) {
    const found = new Set();
    for (const name of (new URLSearchParams(location.search).get(parameter) || '').slice(0, LONGEST).split(',')) {
      if (controls.has(name) || places.has(name) || name === 'questions') found.add(name);
      else if (name) complain(`The link names “${shown(name)}” to ${parameter}, which is not here.`);
    }
    return found;
  }
  const within = (names, key, at) => names.has(key) || [...names].some((name) => places.has(name)
    && (at === name || (at || '').startsWith(name + '.')));
  const lock = named('lock'), hide = named('hide');
  const locked = new Set(registry.controls.filter(({ key, at }) => within(lock, key, at)).map(({ key }) => key));
  const hidden = new Set(registry.controls.filter(({ key }) => hide.has(key)).map(({ key }) => key));

  // A group of places keeps at least the one that is open.
  function shut() {
    for (const [group, members] of groups) {
      const { props } = components.get(group), asked = open.get(group);
      if (hide.has(asked)) complain(`The link opens “${shown(asked)}”, which it hides as well.`);
      const rest = members.filter(({ key }) => !hide.has(key));
      const first = rest[0] || members[0];
      if (!rest.some(({ tab }) => tab === (props.selected ?? members[0].tab))) {
        props.selected = first.tab;
        if (first === members[0]) open.delete(group); else open.set(group, first.key);
      }
      for (const one of members) if (one !== first && hide.has(one.key)) components.get(one.tab).props.visible = false;
    }
    if (hide.has('questions')) for (const id of registry.questions) components.get(id).props.visible = false;
  }

  function fasten() {
    for (const { key, id, kind, also = [], inside } of registry.controls) {
      const own = kind === 'inputs' || kind === 'state' ? [] : [id]; // of our widgets: share/lock.js
      for (const { props } of [...own, ...also].map((one) => components.get(one))) {
        if (hidden.has(key)) props.visible = false;
        if (locked.has(key)) {
          props.interactive = false;
          props.elem_classes = [...(props.elem_classes || []), 'locked'];
        }
      }
      if (locked.has(key) && inside && lock.has(key)) components.get(inside).props.open = true;
    }
  }

  if (registry.controls.length) {
    take(location.hash.slice(1));
    shut();
    fasten();
  }
  ex.link = { VERSION, registry, controls, places, groups, homes, values, pending, open, lock, hide, locked, hidden,
    complaints, complain, refused, written };
})(window.explorer);
