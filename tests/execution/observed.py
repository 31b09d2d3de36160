"""What code in a kernel can observe, as texts under names: run in a kernel by tests/execution/test_observed.py."""

import json


def observe() -> str:
    import ast
    import asyncio
    import codecs
    import decimal
    import gc
    import locale
    import logging
    import os
    import random
    import resource
    import signal
    import socket
    import sys
    import tempfile
    import threading
    import time
    import warnings
    from pathlib import Path

    from IPython import get_ipython

    shell = get_ipython()
    main = sys.modules["__main__"]
    seen = {
        "cwd": Path.cwd(),
        "umask": os.umask(0o22),
        "argv": [Path(sys.argv[0]).as_posix(), *("-f" for a in sys.argv[1:] if a == "-f")],
        "orig_argv": sys.orig_argv[1:3],
        "path": sys.path,
        "path hooks": sys.path_hooks,
        "flags": sys.flags,
        "xoptions": sys._xoptions,
        "warn options": sys.warnoptions,
        "dont write bytecode": sys.dont_write_bytecode,
        "recursion limit": sys.getrecursionlimit(),
        "switch interval": sys.getswitchinterval(),
        "int digits": sys.get_int_max_str_digits(),
        "hash": [sys.flags.hash_randomization, os.environ.get("PYTHONHASHSEED")],
        "hooks": [sys.excepthook, sys.unraisablehook, sys.breakpointhook, sys.displayhook, threading.excepthook],
        "trace": [sys.gettrace(), sys.getprofile(), threading.gettrace(), threading.getprofile()],
        "prompts": [getattr(sys, n, None) for n in ("ps1", "ps2", "ps3", "last_value", "last_traceback")],
        "encodings": [sys.getdefaultencoding(), sys.getfilesystemencoding(), locale.getpreferredencoding(False)],
        "codec errors": codecs.lookup_error("strict"),
        "main": {k: v for k, v in vars(main).items() if not k.startswith(("_i", "observe", "json", "_exit"))},
        "main is the user's": vars(main) is shell.user_ns,
        "gc": [gc.isenabled(), gc.get_threshold(), gc.get_debug(), gc.callbacks],
        "locale": [locale.setlocale(getattr(locale, n)) for n in dir(locale) if n.startswith("LC_")],
        "time": [time.tzname, time.timezone, time.daylight],
        "tempfile": [tempfile.gettempdir(), tempfile.tempdir],
        "decimal": [decimal.getcontext(), decimal.DefaultContext],
        "socket": socket.getdefaulttimeout(),
        "limits": {n: resource.getrlimit(getattr(resource, n)) for n in dir(resource) if n.startswith("RLIMIT_")},
        "priority": [os.getpriority(os.PRIO_PROCESS, 0), os.sched_getaffinity(0), os.sched_getscheduler(0)],
        "ids": [os.getuid(), os.getgid(), os.getpgid(0) == os.getpid(), os.getsid(0) == os.getpid()],
        "streams": [
            type(s) for s in (sys.stdin, sys.stdout, sys.stderr, sys.__stdin__, sys.__stdout__, sys.__stderr__)
        ],
        "stdin": os.read(0, 1),
        "file kinds": sorted({kind for kind in map(file_kind, Path("/proc/self/fd").iterdir()) if kind}),
        "threads": sorted(t.name.rstrip("0123456789-") for t in threading.enumerate()),
        "daemon threads": [threading.current_thread().name, threading.main_thread() is threading.current_thread()],
        "random": [random.getstate()[0], random.getstate()[2], len(random.getstate()[1])],
        "policy": asyncio.get_event_loop_policy(),
        "loop": [type(asyncio.get_event_loop()), asyncio.get_event_loop().get_debug()],
    }
    for number in sorted(signal.valid_signals()):
        seen[f"signal {number}"] = signal.getsignal(number)
    seen["blocked signals"] = signal.pthread_sigmask(signal.SIG_BLOCK, [])
    seen["wakeup"] = [signal.getitimer(signal.ITIMER_REAL)]
    status = Path("/proc/self/status").read_text()
    seen["status"] = [
        line
        for line in status.splitlines()
        if line.split(":")[0] in ("SigBlk", "SigIgn", "SigCgt", "NoNewPrivs", "Seccomp", "Umask", "CapEff")
    ]
    for name, value in os.environ.items():
        seen[f"environment {name}"] = value
    for name in shell.traits(config=True):
        seen[f"shell {name}"] = getattr(shell, name, None)
    seen["config"] = shell.config
    seen["kernel"] = {n: getattr(shell.kernel, n) for n in shell.kernel.traits(config=True) if n != "_darwin_app_nap"}
    seen["application"] = {
        n: getattr(shell.parent.parent, n, None)
        for n in shell.parent.parent.traits(config=True)
        if not n.endswith("_port")
    }
    seen["display formatters"] = {
        name: [
            f.enabled,
            sorted(map(str, f.type_printers)),
            sorted(map(str, f.deferred_printers)),
            len(f.singleton_printers),
        ]
        for name, f in shell.display_formatter.formatters.items()
    }
    seen["active types"] = shell.display_formatter.active_types
    seen["magics"] = {k: sorted(v) for k, v in shell.magics_manager.magics.items()}
    seen["aliases"] = shell.alias_manager.aliases
    seen["extensions"] = sorted(shell.extension_manager.loaded)
    seen["events"] = {k: [getattr(f, "__qualname__", str(f)) for f in v] for k, v in shell.events.callbacks.items()}
    seen["transformers"] = [shell.input_transformers_cleanup, shell.input_transformers_post, shell.ast_transformers]
    seen["history"] = [shell.history_manager.hist_file, shell.history_manager.enabled, shell.execution_count]
    seen["colors"] = shell.colors
    seen["compiler"] = [shell.compile.flags, shell.autoawait, type(shell.loop_runner)]
    seen["completer"] = {n: getattr(shell.Completer, n) for n in shell.Completer.traits(config=True)}
    seen["builtins"] = sorted(vars(sys.modules["builtins"]))
    # what a library has to say of itself before and after it is imported by the cell
    seen["warnings before"] = sorted(map(str, warnings.filters))
    seen["shown once"] = [getattr(main, "__warningregistry__", None)]
    import matplotlib as mpl
    import numpy as np
    import pandas as pd
    import seaborn  # noqa: F401
    import six  # noqa: F401  # of dateutil, when pandas needs it

    seen["meta path"] = sys.meta_path

    seen["matplotlib"] = dict(mpl.rcParams)
    seen["matplotlib default"] = dict(mpl.rcParamsDefault)
    seen["matplotlib backend"] = [mpl.get_backend(), mpl.is_interactive(), mpl.matplotlib_fname()]
    import matplotlib.pyplot as plt

    seen["figures"] = [plt.get_fignums(), plt.isinteractive(), sorted(plt.style.available), sorted(mpl.colormaps)]
    seen["after pyplot"] = {
        k: [getattr(f, "__qualname__", str(f)) for f in v] for k, v in shell.events.callbacks.items()
    }
    seen["formatters after pyplot"] = {
        name: sorted(map(str, f.type_printers)) for name, f in shell.display_formatter.formatters.items()
    }
    seen["backend after pyplot"] = [mpl.get_backend(), dict(mpl.rcParams)["backend"]]
    seen["numpy"] = [
        np.geterr(),
        np.get_printoptions(),
        np.geterrcall(),
        np.getbufsize(),
        type(np.random.get_state()[0]),
        np.random.get_state()[2:],
    ]
    walked = {}

    def walk(key):
        walked[key] = pd.get_option(key)

    for key in pd._config.config._registered_options:
        walk(key)
    seen["pandas"] = walked
    seen["pandas plotting"] = sorted(map(str, pd.plotting._core._backends))
    import matplotlib.units as units

    seen["converters"] = sorted(map(str, units.registry))
    seen["warnings after"] = sorted(map(str, warnings.filters))
    seen["logging"] = [
        logging.root.level,
        logging.root.handlers,
        logging.root.manager.disable,
        logging.lastResort,
        logging.raiseExceptions,
        logging.getLoggerClass(),
    ]
    for name in ("kzreport", "matplotlib", "papermill", "traitlets", "asyncio", "ipykernel", "tornado"):
        log = logging.getLogger(name)
        seen[f"logger {name}"] = [log.level, log.handlers, log.propagate, log.disabled, log.filters]
    seen["level names"] = logging.getLevelNamesMapping()
    seen["mime"] = sorted(__import__("mimetypes").types_map.items())[:50]
    seen["ast"] = ast.PyCF_ONLY_AST
    import concurrent.futures
    import multiprocessing
    import subprocess

    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        seen["threads usable"] = list(pool.map(lambda n: n * n, range(20)))
    seen["numpy threads usable"] = float(np.linalg.norm(np.ones((400, 400)) @ np.ones((400, 400))))
    seen["processes usable"] = subprocess.run([sys.executable, "-c", "print(1)"], capture_output=True).stdout
    seen["start method"] = [
        multiprocessing.get_start_method(allow_none=True),
        multiprocessing.current_process().name,
        multiprocessing.parent_process(),
        multiprocessing.current_process().authkey == b"",
    ]
    with multiprocessing.get_context("fork").Pool(2) as pool:
        seen["forks usable"] = pool.map(abs, [-1, -2])
    return json.dumps({name: plain(value) for name, value in seen.items()}, default=str)


def file_kind(handle):
    """``socket``, ``pipe`` or the name of an open file; nothing for the history's, which come and go."""
    import contextlib

    with contextlib.suppress(OSError):
        found = str(handle.readlink()).partition(":")[0]
        return "" if "profile_default" in found or "/proc/" in found else found
    return ""


def plain(value):
    """The value without addresses of objects, process numbers and names of private folders."""
    import re
    from collections.abc import Mapping

    if isinstance(value, Mapping):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(v) for v in value]
    if isinstance(value, (set, frozenset)):
        return sorted(str(plain(v)) for v in value)
    text = re.sub(r"0x[0-9a-f]+", "0x", repr(value))
    return re.sub(r"(kernel-)[0-9a-f-]{36}|(ipykernel_)[0-9]+|(/)tmp\w{8}\b", r"\1\2\3", text)
