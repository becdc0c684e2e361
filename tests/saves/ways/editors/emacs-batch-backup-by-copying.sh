# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: emacs --batch, backup-by-copying
# needs: emacs
save()
{
        emacs -Q --batch "$FILE" --eval '(setq backup-by-copying t)' \
                --eval '(while (search-forward "v0" nil t) (replace-match "v1"))' -f save-buffer
}
