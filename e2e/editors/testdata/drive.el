;;; Drives Eglot as a person does, in batch.
;;
;; RIGRUN_CONFIGURATION names a file with the page's configuration, RIGRUN_CODE the
;; code, and RIGRUN_STEPS what to do: a list of titles of actions, each of which is
;; taken from the menu, or a question for rigrun.ask in parentheses.  What is seen
;; is printed between lines that begin with "== ".  Where RIGRUN_SEEN names a
;; folder, a file with the action's name appears in it once the mode line has shown
;; that its work is under way.

(setq native-comp-jit-compilation nil native-comp-enable-subr-trampolines nil) ; no compiler is unpacked
(require 'eglot)

;; The plain Emacs has no grammar for go-ts-mode; its mode is all that Eglot looks at.
(define-derived-mode go-ts-mode prog-mode "Go")
(add-to-list 'auto-mode-alist '("\\.go\\'" . go-ts-mode))

(load (getenv "RIGRUN_CONFIGURATION") nil t t)

(defun drive-say (name text)
  (princ (format "== %s\n%s\n" name text)))

(defun drive-until (what condition)
  "Let Emacs work until CONDITION holds; fail after a while."
  (let ((end (+ (float-time) 90)))
    (while (not (funcall condition))
      (when (> (float-time) end)
        (drive-say "messages" (with-current-buffer "*Messages*" (buffer-string)))
        (error "In vain: %s" what))
      (accept-process-output nil 0.05))))

(defvar drive-offered nil "The menu that was offered last.")
(defvar drive-wanted nil "The beginning of the title to take from it.")

(defun drive-choose (prompt collection &rest _)
  "Take `drive-wanted' from a menu, as `completing-read' does."
  (setq drive-offered (cons (replace-regexp-in-string " *(default.*" "" prompt) (mapcar #'car collection)))
  (car (seq-find (lambda (item) (string-prefix-p drive-wanted (car item))) collection)))
(setq completing-read-function #'drive-choose)

(defun drive-mode-line ()
  "Eglot's part of the mode line, with its help on progress."
  (let (texts)
    (dolist (part (flatten-tree (eglot--mode-line-format)))
      (when (stringp part)
        (let ((help (get-text-property 0 'help-echo part)))
          (push (string-replace "%%" "%" (substring-no-properties part)) texts)
          (when (and help (string-match-p "^(" help)) (push (substring-no-properties help) texts)))))
    (string-join (nreverse texts) " ")))

(defun drive-working ()
  (> (hash-table-count (eglot--progress-reporters (eglot-current-server))) 0))

(defvar drive-code nil)
(defvar drive-progress nil "The mode line while something was under way.")

(defun drive-answer ()
  "The buffer that shows an answer."
  (seq-find (lambda (b) (string-match-p "/answers/" (or (buffer-file-name b) ""))) (buffer-list)))

(defun drive-shown ()
  "Wait for an answer and print it."
  (drive-until "an answer" #'drive-answer)
  (with-current-buffer (drive-answer)
    (drive-say "answer" (format "%s\n%s" (if (get-buffer-window) "in a window" "in no window") (buffer-string)))
    (kill-buffer)))

(defun drive-take (title)
  (setq drive-wanted title)
  (goto-char (point-min))
  (search-forward "func Add")
  (beginning-of-line)
  (push-mark (save-excursion (search-forward "\n}\n")) t t)
  (setq transient-mark-mode t)
  (let ((last-nonmenu-event ?\r)) ; a key, not the mouse
    (call-interactively #'eglot-code-actions))
  (drive-say "menu" (string-join drive-offered "\n"))
  (drive-until "the progress" (lambda () (string-match-p title (drive-mode-line))))
  (setq drive-progress (drive-mode-line))
  (when (getenv "RIGRUN_SEEN")
    (write-region "" nil (expand-file-name title (getenv "RIGRUN_SEEN")))))

(setq drive-code (find-file (getenv "RIGRUN_CODE")))
(buffer-enable-undo)
(setq eglot-sync-connect t)
(call-interactively #'eglot)
(drive-until "a connection" #'eglot-managed-p)

(dolist (step (read (getenv "RIGRUN_STEPS")))
  (with-current-buffer drive-code
    (pcase step
      ("Refactor"
       (let ((before (buffer-string)))
         (drive-take step)
         (drive-until "the edit" (lambda () (not (equal before (buffer-string)))))
         (drive-say "edited" (buffer-string))
         (undo-boundary)
         (setq last-command 'ignore)
         (undo)
         (drive-until "the end of the progress" (lambda () (not (drive-working))))
         (drive-say "undone" (if (equal before (buffer-string)) "in one step" (buffer-string)))))
      ((pred stringp)
       (drive-take step)
       (drive-say "mode line" drive-progress)
       (drive-shown))
      (`(,question)
       (eglot-execute (eglot-current-server)
                      `(:command "rigrun.ask" :arguments [(:message ,question)]))
       (drive-shown)))))

(with-current-buffer drive-code
  (set-buffer-modified-p nil)
  (eglot-shutdown (eglot-current-server)))
(drive-say "messages" (with-current-buffer "*Messages*" (buffer-string)))
