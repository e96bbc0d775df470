package retry

import (
	"context"
	"net/http"
)

// Client gets pages, again where it must.
type Client struct {
	http *http.Client
}

// Get fetches url.
func (c *Client) Get(ctx context.Context, url string) (resp *http.Response, err error) {
	err = Retry(ctx, 3, func() error {
		resp, err = c.http.Get(url)
		return err
	})
	return resp, err
}
