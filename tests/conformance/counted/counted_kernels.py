"""Provisioners of jupyter_client that note what each launch started, in the file named by ``COUNTED_KERNELS``.

The folder is on PYTHONPATH while the suites run: its dist-info makes the two names known.
"""

import os
import subprocess
from pathlib import Path

from jupyter_client.provisioning.local_provisioner import LocalProvisioner

from kzreport.execution.warm import WarmProvisioner


class _Counted:
    async def launch_kernel(self, cmd, **kwargs):
        info = await super().launch_kernel(cmd, **kwargs)
        kind = "ordinary" if isinstance(self.process, subprocess.Popen) else "warm"
        with Path(os.environ["COUNTED_KERNELS"]).open("a") as file:
            file.write(f"{kind} {cmd[1:3]}\n")
        return info


class Ordinary(_Counted, LocalProvisioner):
    """jupyter_client's own."""


class Warm(_Counted, WarmProvisioner):
    """The project's."""
