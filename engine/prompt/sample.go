package prompt

// plainSample is a little of everything that questions are made of in ASCII: code
// in three languages, and prose.
const plainSample = `package cache

import (
	"context"
	"errors"
	"sync"
	"time"
)

// ErrExpired is returned for an entry that is older than the cache allows.
var ErrExpired = errors.New("the entry has expired")

// Get returns the value of a key, and whether there is one.
func (c *Cache[K, V]) Get(ctx context.Context, key K) (value V, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e, ok := c.entries[key]
	if !ok || time.Since(e.created) > c.maxAge {
		return value, false
	}
	e.hits++
	return e.value, true
}

def moving_average(values, window=3):
    """Return the average of each run of window values."""
    if window < 1 or window > len(values):
        raise ValueError(f"window {window} does not fit {len(values)} values")
    return [sum(values[i:i + window]) / window for i in range(len(values) - window + 1)]

export async function fetchUser(id: string): Promise<User | null> {
  const response = await fetch(` + "`/api/users/${encodeURIComponent(id)}`" + `, { headers: { Accept: 'application/json' } });
  if (response.status === 404) return null;
  if (!response.ok) throw new Error('request failed: ' + response.status);
  return (await response.json()) as User;
}

| setting | default | meaning |
|---|---|---|
| ` + "`worker.maxRetries`" + ` | ` + "`3`" + ` | re-sends after HTTP 429/503, honouring Retry-After |
| ` + "`worker.keepAlive`" + ` | ` + "`5m`" + ` | idle sockets are closed (RFC 9110, section 7.6) |

The scheduler awaits the mutex, enumerates goroutines that are still unfinished, and yields ` + "`ErrStalled`" + ` when
none of them acknowledged within its deadline. Unmarshalling is idempotent; misconfigured callers retry with jitter,
because a re-established TLS session is cheap. See https://example.org/docs#rebalancing for caveats.
`

// hanSample is prose in Chinese and Japanese.
const hanSample = `该函数等待锁被释放，然后读取仍在运行的工作进程列表；如果在规定时间内没有任何进程应答，则返回一个错误。
调用者应当稍后重试，第二次通常会成功，因为那时连接已经建立。配置文件里可以设置等待的时间和重试的次数，默认值适合大多数情况。
この関数はロックが解放されるのを待ち、まだ実行中のワーカーの一覧を読み取ります。応答がなければエラーを返します。
`

// otherSample is prose in Russian, for every other alphabet.
const otherSample = `Функция ждёт, пока освободится блокировка, читает список ещё работающих процессов и возвращает ошибку,
если ни один из них не ответил вовремя. Вызывающий код может повторить попытку позже: соединение к тому времени установлено.
Время ожидания и число попыток задаются в настройках, значения по умолчанию подходят в большинстве случаев.
`
