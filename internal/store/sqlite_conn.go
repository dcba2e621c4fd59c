package store

import (
	"context"
	"database/sql"
)

// maxStatements bounds the prepared statements of a connection; the house has a few hundred texts,
// more can only come from texts made at run time, which then run unprepared.
const maxStatements = 1024

// sqliteConn is one connection of its own with its prepared statements, by text. Preparing once is
// worth 1.55 on a point read, and a context that cannot end 1.3 (the driver starts a goroutine for
// every statement under one that can): Tx looks at the context between statements and rows instead.
// One goroutine at a time; whoever hands it on does so through a channel.
type sqliteConn struct {
	conn  *sql.Conn
	stmts map[string]*sql.Stmt
}

func newSQLiteConn(ctx context.Context, db *sql.DB) (*sqliteConn, error) {
	conn, err := db.Conn(context.WithoutCancel(ctx))
	if err != nil {
		return nil, err
	}
	return &sqliteConn{conn, map[string]*sql.Stmt{}}, nil
}

func (c *sqliteConn) exec(ctx context.Context, text string, args []any) (sql.Result, error) {
	ctx = context.WithoutCancel(ctx)
	stmt, err := c.prepared(ctx, text)
	if err != nil {
		return nil, err
	}
	if stmt == nil {
		return c.conn.ExecContext(ctx, text, args...)
	}
	return stmt.ExecContext(ctx, args...)
}

func (c *sqliteConn) query(ctx context.Context, text string, args []any) (*sql.Rows, error) {
	ctx = context.WithoutCancel(ctx)
	stmt, err := c.prepared(ctx, text)
	if err != nil {
		return nil, err
	}
	if stmt == nil {
		return c.conn.QueryContext(ctx, text, args...)
	}
	return stmt.QueryContext(ctx, args...)
}

func (c *sqliteConn) script(ctx context.Context, text string) error {
	_, err := c.conn.ExecContext(context.WithoutCancel(ctx), text)
	return err
}

// do runs a statement of the engine itself, such as COMMIT.
func (c *sqliteConn) do(text string) error {
	ctx := context.Background() // what begins or ends a transaction must not stop halfway
	_, err := c.exec(ctx, text, nil)
	return refusal(ctx, err)
}

func (c *sqliteConn) prepared(ctx context.Context, text string) (*sql.Stmt, error) {
	if stmt := c.stmts[text]; stmt != nil {
		return stmt, nil
	}
	if len(c.stmts) >= maxStatements {
		return nil, nil
	}
	stmt, err := c.conn.PrepareContext(ctx, text)
	if err != nil {
		return nil, err
	}
	c.stmts[text] = stmt
	return stmt, nil
}

func (c *sqliteConn) close() error {
	for _, stmt := range c.stmts {
		stmt.Close() // closing the connection frees what this could not
	}
	return c.conn.Close()
}
