"""The forty pictures as labelling programs and archives hold them."""

from formats_archives import ARCHIVES
from formats_cvat import CVAT
from formats_label_studio import LABEL_STUDIO
from formats_labelimg import LABELIMG

ANNOTATED = (*LABELIMG, *CVAT, *LABEL_STUDIO, *ARCHIVES)
