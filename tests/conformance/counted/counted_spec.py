"""Plugin of pytest: the specification that a client makes without a file has the provisioner of the round as well.

nbval's own tests ask for kernels in no other way: without it both rounds started ordinary kernels.
"""

import os

from ipykernel import kernelspec

_made = kernelspec.get_kernel_dict


def get_kernel_dict(*given, **named):
    """Return ipykernel's specification with the provisioner of this round."""
    spec = _made(*given, **named)
    spec.setdefault("metadata", {})["kernel_provisioner"] = {"provisioner_name": os.environ["COUNTED_PROVISIONER"]}
    return spec


kernelspec.get_kernel_dict = get_kernel_dict
