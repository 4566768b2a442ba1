from .._values import UNSET as UNSET
from .._model import BaseModel as BaseModel
