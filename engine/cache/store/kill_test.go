package store

const workerVariable = "RIGRUN_STORE_WORKER"

func work() {}
