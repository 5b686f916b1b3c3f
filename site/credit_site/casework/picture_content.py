"""Pictures, decoded and written anew: what is not seen in them, such as where one was taken, is left behind."""

import warnings
from io import BytesIO
from threading import Lock
from typing import BinaryIO, Final

from PIL import Image, ImageOps, UnidentifiedImageError

from credit_site.casework.refused_content import ContentRefusedError
from credit_site.localisation import Say

JPEG: Final = "image/jpeg"
PNG: Final = "image/png"
FORMATS: Final = ("JPEG", "PNG")
MOST_PIXELS: Final = 50_000_000  # 150 MB while decoded; phones' largest photographs have 50 million
QUALITY: Final = 88
PNG_LEVEL: Final = 3  # a screenshot takes 5 % more room than at level 6, and half the time
_KEPT_MODES: Final = {"JPEG": frozenset({"L", "RGB"}), "PNG": frozenset({"1", "L", "LA", "P", "RGB", "RGBA"})}
_ONE_AT_A_TIME: Final = Lock()  # in each process, for the memory that it takes
_SEEN: Final = ("transparency",)  # the rest of what a file tells beside its pixels is left behind
_PLAIN_MODE: Final = {"JPEG": "RGB", "PNG": "RGBA"}


def anew(file: BinaryIO, say: Say) -> BinaryIO:
    """The picture alone, upright, without metadata, colour profile, or anything before and after it.

    Raises:
        ContentRefusedError: it is damaged, or has more pixels than can be looked at.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow warns of what is refused here by its own limit
            with _ONE_AT_A_TIME:
                return _anew(file, say)
    except Image.DecompressionBombError as error:  # so many that the library itself does not even open it
        raise ContentRefusedError(_too_many_pixels(say)) from error
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError) as error:
        raise ContentRefusedError(say("这张图片已经损坏，打不开。请重新拍照或截图后上传。")) from error


def _anew(file: BinaryIO, say: Say) -> BinaryIO:
    with Image.open(file, formats=FORMATS) as picture:
        width, height = picture.size
        if width * height > MOST_PIXELS:
            raise ContentRefusedError(_too_many_pixels(say))
        kind = "PNG" if picture.format == "PNG" else "JPEG"  # of a phone's JPEG with depth, the picture itself
        ImageOps.exif_transpose(picture, in_place=True)
        upright = picture if picture.mode in _KEPT_MODES[kind] else picture.convert(_PLAIN_MODE[kind])
        upright.info = {name: upright.info[name] for name in _SEEN if name in upright.info}
        written = BytesIO()
        upright.save(written, kind, quality=QUALITY, compress_level=PNG_LEVEL)
    return written


def _too_many_pixels(say: Say) -> str:
    return say("这张图片的像素太多。请缩小到五千万像素以内再上传。")
