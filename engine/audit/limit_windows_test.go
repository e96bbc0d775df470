package audit

// limitFiles is for systems on which a process can limit the size of its files.
func limitFiles() error { return nil }
