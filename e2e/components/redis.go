package components

import "context"

const redisServer = "redis-server"

// RedisServer returns Redis 8's redis-server, unpacked from a newer Debian suite
// like [LlamaServer]. Version 8 has vector sets.
func RedisServer(ctx context.Context) (Program, error) {
	return debian{name: redisServer, pkgs: []string{redisServer}, suites: []string{"trixie", "sid"}, in: redisIn}.get(ctx)
}

func redisIn(root string) (Program, error) { return loaded(root, redisServer) }
