from .._model import UNSET as UNSET, BaseModel as BaseModel
