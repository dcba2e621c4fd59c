package storetest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"
)

// binary is the PostgreSQL server of this test binary. A package variable, since a server per test
// would take a second each; nothing but temporaryServer and Main touches it.
var binary struct {
	sync.Mutex
	begun   bool
	address string
	err     error
	stop    func()
}

// Main runs the tests of a package and stops the temporary server:
//
//	func TestMain(m *testing.M) { storetest.Main(m) }
//
// Without it the server stops as well, when the test process has ended, however it ended.
func Main(m *testing.M) {
	code := m.Run()
	binary.Lock()
	defer binary.Unlock()
	if binary.stop != nil {
		binary.stop()
	}
	os.Exit(code)
}

// temporaryServer gives the address of the test binary's own server, and starts it the first time.
func temporaryServer() (string, error) {
	binary.Lock()
	defer binary.Unlock()
	if !binary.begun {
		binary.begun = true
		binary.address, binary.stop, binary.err = startServer()
	}
	return binary.address, binary.err
}

// minder runs the server until its input ends, which happens when the test process is gone: also
// after a panic, a time limit or a kill, where no clean-up of Go runs.
const minder = `"$@" >"$HOME/log" 2>&1 </dev/null & pid=$!
while read -r line; do :; done
kill -INT $pid; wait $pid; cd /; rm -rf "$HOME"`

func startServer() (address string, stop func(), err error) {
	initdb, err := program("initdb")
	if err != nil {
		return "", nil, err
	}
	postgres, err := program("postgres")
	if err != nil {
		return "", nil, err
	}
	dir, err := os.MkdirTemp("", "tereze-pg-")
	if err != nil {
		return "", nil, err
	}
	as, err := ordinaryUser(dir)
	if err != nil {
		return "", nil, err
	}
	data := filepath.Join(dir, "data")
	if out, err := as.command(dir, initdb, "-D", data, "-U", "postgres", "--auth=trust", "--no-sync",
		"--encoding=UTF8", "--locale=C").CombinedOutput(); err != nil {
		return "", nil, fmt.Errorf("initdb: %w\n%s", err, out)
	}
	run := as.command(dir, "/bin/sh", "-c", minder, "sh", postgres, "-D", data,
		"-c", "listen_addresses=", "-c", "unix_socket_directories="+dir, "-c", "max_connections=400",
		"-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off",
		"-c", "shared_buffers=64MB", "-c", "autovacuum=off", "-c", "log_min_messages=fatal")
	in, err := run.StdinPipe()
	if err != nil {
		return "", nil, err
	}
	if err := run.Start(); err != nil {
		return "", nil, err
	}
	stop = func() {
		in.Close()
		_ = run.Wait() // the exit status of a server told to stop says nothing
	}
	address = "postgres:///postgres?" + url.Values{"host": {dir}, "user": {"postgres"}}.Encode()
	if err := awaitServer(address); err != nil {
		log, _ := os.ReadFile(filepath.Join(dir, "log"))
		stop()
		return "", nil, fmt.Errorf("the temporary PostgreSQL server does not answer: %w\n%s", err, bytes.TrimSpace(log))
	}
	return address, stop, nil
}

func awaitServer(address string) error {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	for {
		err := ask(ctx, address, "SELECT 1")
		if err == nil || ctx.Err() != nil {
			return err
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// program finds a program of PostgreSQL: on the PATH, or where Debian keeps them.
func program(name string) (string, error) {
	if path, err := exec.LookPath(name); err == nil {
		return path, nil
	}
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/" + name)
	if len(found) == 0 {
		return "", fmt.Errorf("PostgreSQL's %s is not here: install PostgreSQL 15 or newer (Debian: apt-get install postgresql), "+
			"or give a server in %s, or a reason to do without in %s", name, envServer, envSkip)
	}
	return found[len(found)-1], nil
}

// credential is who runs the server: nil is who runs the tests.
type credential struct{ *syscall.Credential }

// ordinaryUser gives dir to the user postgres when root runs the tests: PostgreSQL refuses root.
func ordinaryUser(dir string) (credential, error) {
	if os.Getuid() != 0 {
		return credential{}, nil
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		return credential{}, fmt.Errorf("PostgreSQL refuses to run as root: %w", err)
	}
	uid, err1 := strconv.ParseUint(u.Uid, 10, 32)
	gid, err2 := strconv.ParseUint(u.Gid, 10, 32)
	if err := errors.Join(err1, err2, os.Chown(dir, int(uid), int(gid))); err != nil {
		return credential{}, err
	}
	return credential{&syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}, nil
}

// command makes a process outside the process group of the tests, so that an interrupt at the
// keyboard reaches it only through the end of its input.
func (c credential) command(dir, name string, args ...string) *exec.Cmd {
	cmd := exec.Command(name, args...)
	cmd.Dir = dir
	cmd.Env = []string{"HOME=" + dir, "PATH=" + os.Getenv("PATH"), "LC_ALL=C"}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Credential: c.Credential}
	return cmd
}
