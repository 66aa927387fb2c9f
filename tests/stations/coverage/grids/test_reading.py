"""Grids as people send them: what is taken, and what is refused with how to mend it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from rasterio.transform import Affine, from_origin

from core.sheets.container import Unreadable
from stations.coverage.grids import reading
from stations.coverage.grids.frame import Frame
from stations.coverage.grids.reading import Odd
from stations.coverage.grids.rules import Container

# Writing files for the tests, rasterio multiplies in a way that one of its own parts frowns at.
pytestmark = pytest.mark.filterwarnings("ignore:Use `@`:PendingDeprecationWarning")

STEP = 1 / 120
PEOPLE = np.array([[1.5, 0, 3], [4, 5, 6]], np.float32)


def tif(path: Path, people: Any = PEOPLE, **more: Any) -> Path:
    """A GeoTIFF whose first cell's centre is 37 N, 122 E."""
    data = np.asarray(people)
    bands = data if data.ndim == 3 else data[np.newaxis]
    options = {
        "driver": "GTiff",
        "height": bands.shape[1],
        "width": bands.shape[2],
        "count": len(bands),
        "dtype": bands.dtype,
        "crs": "EPSG:4326",
        "transform": from_origin(122 - STEP / 2, 37 + STEP / 2, STEP, STEP),
    }
    tags = more.pop("tags", {})
    with rasterio.open(path, "w", **(options | more)) as raster:
        raster.write(bands)
        raster.update_tags(**tags)
    return path


def told(path: Path, tmp_path: Path, kind: Container | None = None) -> tuple[Frame, Odd, Any]:
    out = tmp_path / "out.npz"
    frame, odd = reading.read(path, kind or reading.check(path, path.name), out)
    return frame, odd, reading.people(out)


def fault(path: Path, tmp_path: Path) -> str:
    with pytest.raises(Unreadable) as refused:
        told(path, tmp_path)
    assert refused.value.field == "file"
    return str(refused.value.message)


# -- GeoTIFF ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:4490"])
def test_a_geotiff_in_degrees_is_taken_cell_by_cell(tmp_path: Path, crs: str) -> None:
    frame, odd, people = told(tif(tmp_path / "a.tif", crs=crs), tmp_path)
    assert frame.shape == (2, 3)
    assert frame.lat == pytest.approx([37, 37 - STEP])
    assert frame.lon == pytest.approx([122, 122 + STEP, 122 + 2 * STEP])
    assert np.array_equal(people, PEOPLE)
    assert odd == Odd()


def test_holes_what_is_no_number_and_what_is_below_nothing_are_nobody_and_counted(
    tmp_path: Path,
) -> None:
    odd_ones = np.array([[-9999, 2, np.nan], [-1, np.inf, 7]], np.float64)
    _, odd, people = told(tif(tmp_path / "a.tif", odd_ones, nodata=-9999), tmp_path)
    assert people.tolist() == [[0, 2, 0], [0, 0, 7]]
    assert odd == Odd(holes=1, broken=2, negative=1)
    nan = np.array([[np.nan, 2.0]], np.float32)
    _, odd, _ = told(tif(tmp_path / "b.tif", nan, nodata=np.nan), tmp_path)
    assert odd == Odd(holes=1)


def test_a_grid_of_many_tiles_and_of_whole_numbers_is_read_whole(tmp_path: Path) -> None:
    random = np.random.default_rng(5)
    people = random.integers(0, 900, (1500, 1400)).astype(np.uint16)
    path = tif(tmp_path / "a.tif", people, tiled=True, compress="deflate", nodata=65535)
    _, odd, found = told(path, tmp_path)
    assert np.array_equal(found, people)
    assert odd == Odd()


def test_another_projection_is_refused_by_its_name_with_how_to_mend_it(tmp_path: Path) -> None:
    words = fault(tif(tmp_path / "a.tif", crs="EPSG:32651"), tmp_path)
    assert "EPSG:32651" in words
    assert "gdalwarp" in words
    for number, crs in enumerate(("EPSG:3857", "EPSG:4610", "ESRI:54009")):
        assert "gdalwarp" in fault(tif(tmp_path / f"{number}.tif", crs=crs), tmp_path)
    assert "gdal_edit.py" in fault(tif(tmp_path / "n.tif", crs=None), tmp_path)


def test_a_turned_grid_and_one_upside_down_are_refused(tmp_path: Path) -> None:
    for number, turn in enumerate((Affine.rotation(20), Affine.scale(1, -1))):
        path = tif(tmp_path / f"{number}.tif", transform=from_origin(122, 37, STEP, STEP) * turn)
        assert "正北朝上" in fault(path, tmp_path)


def test_several_bands_and_strange_numbers_are_refused(tmp_path: Path) -> None:
    assert "2 个波段" in fault(tif(tmp_path / "a.tif", np.stack([PEOPLE, PEOPLE])), tmp_path)
    assert "普通的数" in fault(tif(tmp_path / "b.tif", PEOPLE.astype(np.complex64)), tmp_path)


@pytest.mark.parametrize(("west", "north"), [(10.0, 50.0), (122.0, 60.0), (-122.0, 37.0)])
def test_a_grid_elsewhere_is_refused(tmp_path: Path, west: float, north: float) -> None:
    path = tif(tmp_path / "a.tif", transform=from_origin(west, north, STEP, STEP))
    assert "不在中国境内" in fault(path, tmp_path)


def test_a_grid_too_large_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    options = {"driver": "GTiff", "height": 9000, "width": 9000, "count": 1, "dtype": "uint8"}
    shape = {"crs": "EPSG:4326", "transform": from_origin(110, 40, 1e-3, 1e-3), "SPARSE_OK": True}
    with rasterio.open(path, "w", **options, **shape, tiled=True):
        pass
    assert "6000 万" in fault(path, tmp_path)


def test_half_a_geotiff_and_other_files_are_refused(tmp_path: Path) -> None:
    whole = tif(tmp_path / "a.tif", np.arange(90_000, dtype=np.float64).reshape(300, 300))
    half = tmp_path / "half.tif"
    half.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    assert "读不出来" in fault(half, tmp_path)
    noise = tmp_path / "noise.tif"
    noise.write_bytes(b"II*\0" + os.urandom(5000))
    assert "读不出来" in fault(noise, tmp_path)
    for name, data, words in (
        ("a.tif", b"lat,lon", "内容却不是"),
        ("b.csv", b"PK\x03\x04", "只接受"),
        ("c.csv", b"", "文件是空的"),
    ):
        path = tmp_path / f"x{name}"
        path.write_bytes(data)
        assert words in fault(path, tmp_path)


def test_what_is_no_geotiff_is_opened_by_no_other_driver(tmp_path: Path) -> None:
    """A virtual raster would read any file that it names."""
    secret = tif(tmp_path / "secret.tif")
    path = tmp_path / "a.vrt"
    path.write_text(
        '<VRTDataset rasterXSize="3" rasterYSize="2"><SRS>EPSG:4326</SRS>'
        f'<VRTRasterBand dataType="Float32" band="1"><SimpleSource><SourceFilename>{secret}'
        "</SourceFilename></SimpleSource></VRTRasterBand></VRTDataset>"
    )
    with pytest.raises(Unreadable):
        reading.read(path, Container.TIF, tmp_path / "out")


def test_a_file_that_eats_memory_takes_its_reader_with_it_and_nothing_else(
    tmp_path: Path,
) -> None:
    """One tile of nine billion cells, in a file of a few bytes."""
    path = tmp_path / "a.tif"
    options = {"driver": "GTiff", "height": 32, "width": 32, "count": 1, "dtype": "float64"}
    shape = {"crs": "EPSG:4326", "transform": from_origin(122, 37, STEP, STEP), "SPARSE_OK": True}
    with rasterio.open(
        path, "w", **options, **shape, tiled=True, blockxsize=65536, blockysize=65536
    ):
        pass
    with pytest.raises(Unreadable):
        reading.read(path, Container.TIF, tmp_path / "out")


def test_without_rasterio_it_is_said_how_to_install_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tif(tmp_path / "a.tif")
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    assert ".[grids]" in fault(path, tmp_path)


# -- CSV -------------------------------------------------------------------------------------------


def table(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_centres_on_a_grid_are_taken_in_any_order_and_cells_may_be_missing(tmp_path: Path) -> None:
    path = table(
        tmp_path / "a.csv",
        "\ufeffpeople,lon,lat\n7,122.02,36.99\n1,122.00,37.01\n2.5,122.01,37.01\nnan,122.02,37.01\n"
        "-3,122.00,36.99\n",
    )
    frame, odd, people = told(path, tmp_path)
    assert frame.shape == (2, 3)
    assert (frame.north, frame.west) == (37.01, 122.0)
    assert [frame.lat_step, frame.lon_step] == pytest.approx([0.02, 0.01])
    assert people.tolist() == [[1, 2.5, 0], [0, 0, 7]]
    assert odd == Odd(holes=1, negative=1)


def test_rounded_centres_of_three_seconds_are_the_grid_that_they_were(tmp_path: Path) -> None:
    true = Frame(37.2, 121.9, 3 / 3600, 3 / 3600, 150, 400)
    lines = ["纬度;经度;人口"]
    random = np.random.default_rng(1)
    for row, col in zip(random.integers(0, 150, 9000), random.integers(0, 400, 9000), strict=True):
        lines.append(f"{true.lat[row]:.6f};{true.lon[col]:.6f};1")
    lines = [lines[0], *sorted(set(lines[1:]))]
    frame, _, people = told(table(tmp_path / "a.csv", "\n".join(lines)), tmp_path)
    assert frame.shape == (150, 400)
    assert frame.lat == pytest.approx(true.lat, abs=2e-6)
    assert frame.lon == pytest.approx(true.lon, abs=2e-6)
    assert people.sum() == len(lines) - 1


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("lat,lon\n37,122\n", "people"),
        ("lat,lat,lon,people\n37,37,122,1\n", "lat"),
        ("lat,lon,people\n", "没有一行"),
        ("lat,lon,people\n37,122,1\n", "只有一个格"),
        ("lat,lon,people\n37,122,1\n37,122.01,many\n", "第 3 行不是三个数"),
        ("lat,lon,people\n37,122,1\n37,nan,1\n", "第 3 行没有位置"),
        ("lat,lon,people\n37,122,1\n37,122.01,1\n37,122,1\n", "第 4 行与前面"),
        ("lat,lon,people\n37,122,1\n37,122.01,1\n37,122.02,1\n37,122.034,1\n", "行不在等间距"),
        ("lat,lon,people\n122,37,1\n122.01,37.01,1\n", "写反"),
        ("lat,lon,people\n7,37,1\n7.01,37.01,1\n", "不在中国境内"),
        ("lat,lon,people\n37,122,1\n37.00002,122.00002,2\n40,125,1\n", "6000 万"),
    ],
)
def test_lines_that_are_no_grid_are_refused_with_where_and_why(
    tmp_path: Path, text: str, words: str
) -> None:
    assert words in fault(table(tmp_path / "a.csv", text), tmp_path)


def test_a_table_in_another_encoding_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes("纬度,经度,人口\n37,122,1\n".encode("gb18030"))
    assert "UTF-8" in fault(path, tmp_path)
