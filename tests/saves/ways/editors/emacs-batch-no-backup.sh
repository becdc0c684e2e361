# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# title: emacs --batch, without backups
# needs: emacs
save()
{
        emacs -Q --batch "$FILE" --eval '(setq make-backup-files nil)' \
                --eval '(while (search-forward "v0" nil t) (replace-match "v1"))' -f save-buffer
}
