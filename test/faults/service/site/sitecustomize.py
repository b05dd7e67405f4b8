"""The image's own: the file that is added from outside must not keep it from running."""

import os

os.environ["CHAINED"] = "1"
