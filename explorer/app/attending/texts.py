"""What the chapters of the Attention tab ask, answer and explain."""

WORDS, PIXELS, TRUST, CAUSE = CHAPTERS = ("Words", "Pixels", "Is it to be trusted?", "Cause")
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
