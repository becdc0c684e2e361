# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: emacs --batch, file-precious-flag
# needs: emacs
save()
{
        emacs -Q --batch "$FILE" --eval '(setq file-precious-flag t)' \
                --eval '(while (search-forward "v0" nil t) (replace-match "v1"))' -f save-buffer
}
