from .._values import UNSET as UNSET
from .._models.model import BaseModel as BaseModel
