# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: emacs --batch
# needs: emacs
save()
{
        emacs -Q --batch "$FILE" --eval '(while (search-forward "v0" nil t) (replace-match "v1"))' \
                -f save-buffer
}
