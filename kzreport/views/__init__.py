"""The views of the project: ``from kzreport.views import inflation`` finds ``notebooks/views/inflation.py``."""

from kzreport.files import project_root

__path__ = [str(project_root() / "notebooks" / "views")]
