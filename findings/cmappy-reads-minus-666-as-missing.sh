#!/usr/bin/env bash
# cmapPy 4.0.1 (pandas 2.2.3, numpy 1.26.4, h5py 3.11.0; Python 3.11) reads a measurement of -666 in
# a GCT file as missing, and says nothing. Annotations of -666 become missing as well.
#
# The file below is valid and its values are measurements: -665, -666 and -667 stand side by side,
# as they do in the GCT of Golub et al. 1999. Seen:
#
#   cid     S1    S2     S3
#   rid
#   G1  -665.0   NaN -667.0
#   G2    10.0  20.0    NaN
#   missing by default: 2 of 6 values, 1 of 3 annotations
#   missing with convert_neg_666=False: 0 of 6 values, 0 of 3 annotations
#
# With pandas 3.1.1 the same version of cmapPy reads no GCT file at all (ValueError: invalid error
# value specified).
#
# Status 0 where this is so, 1 where it is otherwise. Needs Python 3.11 with venv, and a package index.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check \
    cmapPy==4.0.1 pandas==2.2.3 numpy==1.26.4 h5py==3.11.0

printf '%b' '#1.3\n2\t3\t1\t1\n' \
    'id\tsymbol\tS1\tS2\tS3\n' \
    'site\tna\tA\tB\t-666\n' \
    'G1\tZYX\t-665\t-666\t-667\n' \
    'G2\tCST3\t10\t20\t-666\n' >small.gct

cat >look.py <<'PYTHON'
from cmapPy.pandasGEXpress.parse import parse

default, kept = parse("small.gct"), parse("small.gct", convert_neg_666=False)
print(default.data_df)


def missing(gct):
    tables = gct.data_df, gct.col_metadata_df
    return [int(table.isna().to_numpy().sum()) for table in tables]


for text, gct in {"by default": default, "with convert_neg_666=False": kept}.items():
    print("missing %s: %d of 6 values, %d of 3 annotations" % (text, *missing(gct)))
PYTHON

cat >expected <<'TEXT'
cid     S1    S2     S3
rid
G1  -665.0   NaN -667.0
G2    10.0  20.0    NaN
missing by default: 2 of 6 values, 1 of 3 annotations
missing with convert_neg_666=False: 0 of 6 values, 0 of 3 annotations
TEXT

venv/bin/python -W ignore look.py | sed 's/ *$//' >seen
cat seen
diff expected seen && echo "as described: cmapPy 4.0.1 reads -666 as missing"
