"""The classifier of digits that ships: what every tab asks that says what a picture shows."""

from functools import cache

from explorer.app import checks
from explorer.models import zoo
from explorer.models.classifier import Classifier

NAME = "digit-classifier"


@cache
def judge() -> Classifier:
    """The classifier. Raises ZooError, a sentence, where its weights are missing."""
    return zoo.load(NAME, Classifier)


def ready() -> Classifier:
    """The classifier, or a refusal with the sentence that says which file is missing."""
    try:
        return judge()
    except zoo.ZooError as error:
        raise checks.refuse(str(error)) from None
