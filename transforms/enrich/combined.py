"""Rules and model together: what both say is surer than what one says."""

from __future__ import annotations

from transforms.enrich.span import Span, Tagger

# Of a span that both find, or one of them, measured on the developers' half of IEER.
AGREED = 0.95
_MODEL_ALONE = 0.9  # of the model's own confidence
_RULES_ALONE = 0.85  # of the rules'
_SURE = 0.9  # of the rules, from which on they decide the type


class Combined:
    """A model, and rules beside it: for what the model misses, and for other languages."""

    def __init__(self, model: Tagger, rules: Tagger, source: str) -> None:
        self._model = model
        self._rules = rules
        self._source = source

    def tag(self, text: str, language: str | None) -> list[Span]:
        """Spans of both, in order; where they overlap, the model's, with the rules' type if they are sure."""
        ruled = self._rules.tag(text, language)
        modelled = self._model.tag(text, language)
        if not modelled:
            return ruled
        by_place = {(span.start, span.end): span for span in ruled}
        spans = []
        for span in modelled:
            other = by_place.get((span.start, span.end))
            if other is None:
                spans.append(span._replace(confidence=round(span.confidence * _MODEL_ALONE, 4)))
            elif other.type == span.type:
                spans.append(span._replace(confidence=AGREED, source=self._source))
            else:
                spans.append(other if other.confidence >= _SURE else span)
        taken = sorted((span.start, span.end) for span in spans)
        at = 0
        for span in ruled:
            while at < len(taken) and taken[at][1] <= span.start:
                at += 1
            if at == len(taken) or taken[at][0] >= span.end:
                spans.append(span._replace(confidence=round(span.confidence * _RULES_ALONE, 4)))
        return sorted(spans)
