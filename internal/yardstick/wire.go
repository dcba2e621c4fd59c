package yardstick

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"time"
)

// client is one connection kept open. It shares the cores with the server it asks, and what it
// costs itself makes two servers look alike: so it sends ready bytes and reads no more of an answer
// than its status and length, which is a tenth of the work of http.Client.
type client struct {
	conn net.Conn
	in   *bufio.Reader
}

func dial(addr string) (*client, error) {
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		return nil, err
	}
	return &client{conn, bufio.NewReaderSize(conn, 16<<10)}, nil
}

var errAnswer = errors.New("answer is not 200 with a length")

// ask sends a request and reads the answer to its end.
func (c *client) ask(request []byte) error {
	if _, err := c.conn.Write(request); err != nil {
		return err
	}
	status, err := c.in.ReadSlice('\n')
	if err != nil {
		return err
	}
	if !bytes.HasPrefix(status, []byte("HTTP/1.1 200 ")) {
		return fmt.Errorf("%w: %s", errAnswer, bytes.TrimSpace(status))
	}
	length := -1
	for {
		line, err := c.in.ReadSlice('\n')
		if err != nil {
			return err
		}
		if len(line) <= 2 {
			break
		}
		if value, ok := bytes.CutPrefix(line, []byte("Content-Length: ")); ok {
			if length, err = strconv.Atoi(string(bytes.TrimSpace(value))); err != nil {
				return err
			}
		}
	}
	if length < 0 {
		return errAnswer
	}
	_, err = c.in.Discard(length)
	return err
}

// ask lets every request be asked on a connection of its own, over and over, and counts the answers
// of a second.
func ask(ctx context.Context, addr string, requests [][]byte, slice time.Duration) (float64, error) {
	clients := make([]*client, len(requests))
	for i := range clients {
		c, err := dial(addr)
		if err != nil {
			return 0, err
		}
		defer c.conn.Close()
		if err := c.conn.SetDeadline(time.Now().Add(slice + time.Minute)); err != nil {
			return 0, err
		}
		clients[i] = c
	}
	return crowd(ctx, len(clients), slice, func(_ context.Context, who int) error { return clients[who].ask(requests[who]) })
}
