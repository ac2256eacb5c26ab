"""What the chapters of the Attention tab ask, answer and explain."""

WORDS, PIXELS, TRUST, CAUSE = CHAPTERS = ("Words", "Pixels", "Is it to be trusted?", "Cause")
PREDICT = {
    WORDS: (
        "Which places of the picture will look at the word for the left digit: those of that "
        "digit, the whole picture, or none in particular?",
        "In the last layer, up 16×16, more than elsewhere those of its digit, and from the first "
        "step on, when there is no digit yet: the caption says where it is going to be. But the "
        "other digit’s places look too, and single layers and heads look at “on” or “a”, or at "
        "nothing in particular.",
    ),
    PIXELS: (
        "Take a pixel on the stroke of the digit. Does it look at its neighbours, at the whole "
        "picture evenly, or at something else?",
        "In the last attention layer, up 14×14, it looks along the digit, near and far: its share "
        "“on the digit” is several times the digit’s share of the picture. Compare a pixel of the "
        "background. Nobody told the network what a stroke is. Other layers and heads look at "
        "other things, or nowhere in particular.",
    ),
    TRUST: (
        "A digit’s box covers about an eighth of the picture. If attention is to be trusted, how "
        "much of its word’s map must lie in that box: an eighth, a half, all of it?",
        "An eighth would say nothing: even attention has that. The share divided by the area is "
        "what counts, over many prompts and not for one picture that was chosen: below.",
    ),
    CAUSE: (
        "Silence the colour’s word, so that no place looks at it. Will its digit be grey, "
        "another colour, or the same?",
        "See for yourself: often less changes than the map led to expect, since other words have "
        "read the silenced one and the mean of all words still holds it. What the picture does "
        "when a look is gone is what that look caused.",
    ),
}
OF_OTHERS = (
    "Take a pixel of the thing that is drawn. Does it look at its neighbours, at the whole "
    "picture evenly, or at something else?",
    "See for yourself. In the model of digits that ships, a pixel on the stroke looks along the "
    "digit, near and far, in the last attention layer; other layers and heads look at other "
    "things, or nowhere in particular. Nobody told that network what a stroke is.",
)
SOURCE = (
    "scores = (q * q.shape[-1] ** -0.5) @ k.transpose(-1, -2)",
    "looks = self.probabilities(scores.softmax(-1))",
)
CODE = f"""<pre class="explorer-code">{SOURCE[0]}
{SOURCE[1]}  <i># Attention.forward in explorer/models/attention.py</i></pre>"""
CAUTION = """<p class="quiet">Attention is not explanation: a map shows where information may flow
in one layer, not why the network decides as it does.</p>"""
CROSS = f"""<p>Each place of the picture sends out a query <span class="math">q</span>, what it
looks for; each word shows a key <span class="math">k</span>, what it can be found by. The softmax
turns the products of one query with all keys into probabilities, the shares in which the place
gathers what the words offer: <span class="math"><span class="n">softmax</span>(q·kᵀ / √d)</span>.
So a row, one place’s, sums to one over the words; a word’s map is a column, and need not.</p>
{CODE}{CAUTION}"""
SELF = f"""<p>A pixel sends out a query <span class="math">q</span>, what it looks for, and shows a
key <span class="math">k</span>, what it can be found by. The softmax turns the products of one
query with all keys into probabilities, the shares in which the pixel gathers what the others offer:
<span class="math"><span class="n">softmax</span>(q·kᵀ / √d)</span>.</p>
{CODE}{CAUTION}"""
SWAPPED = """<p class="quiet">Prompt-to-prompt (Hertz et al. 2022, section 3.2), word swap: the
edited prompt runs from the same noise, but looks where the intact run looks, for the first share
of the steps. Both prompts must have the same number of words, so that each map has a word to
belong to.</p>"""
SILENCED = """<p class="quiet">A silenced word has probability 0 and the other words’ are scaled to
sum to one; a silenced head or layer gathers nothing from any word. It acts on cross-attention in
every step: the word still reaches the network by the other words, which have read it, and by the
mean of all words, which every block is told.</p>"""
EMPTY = "The first run is on its way: the model is being loaded."
