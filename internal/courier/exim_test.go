package courier_test

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"tereze/internal/courier"
)

// mailServer is Exim, from the system's packages, as a process of the test's own: it takes mail for anybody at
// portal.example into one file, and knows nobody called "nobody".
type mailServer struct {
	program string
	dir     string
	port    int
}

// eximConfig is all it is told. Certificates and files are in its folder.
const eximConfig = `primary_hostname = mail.portal.example
spool_directory = %[1]s/spool
log_file_path = %[1]s/log-%%s
pid_file_path = %[1]s/pid
exim_user = %[3]s
exim_group = %[4]s
never_users =
daemon_smtp_ports = %[2]d
local_interfaces = 127.0.0.1
tls_advertise_hosts = *
tls_certificate = %[1]s/cert.pem
tls_privatekey = %[1]s/key.pem
acl_smtp_rcpt = rcpt
acl_smtp_data = accept
smtp_accept_max = 50
queue_only = true
rfc1413_query_timeout = 0s
host_lookup =
keep_environment =
begin acl
rcpt:
  deny message = no such person
       local_parts = nobody
  defer message = come again
       local_parts = full
  require encrypted = *
  accept authenticated = *
begin routers
gone:
  driver = redirect
  local_parts = gone
  data = :fail: the mailbox was closed
  allow_fail
all:
  driver = accept
  domains = *
  transport = box
begin transports
box:
  driver = appendfile
  file = %[1]s/box
  user = %[3]s
  group = %[4]s
  mode_fail_narrower = false
begin authenticators
plain:
  driver = plaintext
  public_name = PLAIN
  server_condition = ${if and{{eq{$auth2}{tereze}}{eq{$auth3}{opensesame}}}}
  server_set_id = $auth2
`

func startExim(t *testing.T) *mailServer {
	t.Helper()
	program, err := exec.LookPath("exim4")
	if err != nil {
		if program, err = exec.LookPath("/usr/sbin/exim4"); err != nil {
			t.Fatal("Exim is not here: install it (Debian: apt-get install exim4-daemon-light), as scripts/test does")
		}
	}
	dir, err := os.MkdirTemp("", "tereze-exim-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &mailServer{program: program, dir: dir, port: listener.Addr().(*net.TCPAddr).Port}
	listener.Close()
	who, group, credential := ordinary(t)
	writeFiles(t, dir, map[string]string{"config": fmt.Sprintf(eximConfig, dir, s.port, who, group)})
	if err := os.Chmod(filepath.Join(dir, "config"), 0o644); err != nil { // Exim writes reports of its own as an ordinary user
		t.Fatal(err)
	}
	certificate(t, dir, "127.0.0.1")
	if err := os.MkdirAll(filepath.Join(dir, "spool"), 0o700); err != nil {
		t.Fatal(err)
	}
	// As root Exim reads only a configuration of root's; everything else is the ordinary user's.
	if credential != nil {
		for _, name := range []string{".", "spool", "cert.pem", "key.pem"} {
			if err := os.Chown(filepath.Join(dir, name), int(credential.Uid), int(credential.Gid)); err != nil {
				t.Fatal(err)
			}
		}
	}
	run := exec.Command(program, "-C", filepath.Join(dir, "config"), "-bdf")
	var said bytes.Buffer
	run.Stdout, run.Stderr = &said, &said
	run.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := run.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = run.Process.Signal(syscall.SIGTERM)
		_ = run.Wait()
	})
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		conn, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", s.port))
		if err == nil {
			conn.Close()
			return s
		}
		if time.Now().After(end) {
			logs, _ := filepath.Glob(filepath.Join(dir, "log-*"))
			for _, name := range logs {
				text, _ := os.ReadFile(name)
				said.Write(text)
			}
			t.Fatalf("Exim does not answer: %s", said.String())
		}
	}
}

// ordinary is under whom mail is kept: root must not.
func ordinary(t *testing.T) (who, group string, credential *syscall.Credential) {
	t.Helper()
	u, err := user.Current()
	if err == nil && u.Uid == "0" {
		u, err = user.Lookup("nobody")
	}
	if err != nil {
		t.Fatal(err)
	}
	g, err := user.LookupGroupId(u.Gid)
	if err != nil {
		t.Fatal(err)
	}
	if os.Getuid() != 0 {
		return u.Username, g.Name, nil
	}
	uid, _ := strconv.ParseUint(u.Uid, 10, 32)
	gid, _ := strconv.ParseUint(u.Gid, 10, 32)
	return u.Username, g.Name, &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
}

// letters are the messages that arrived, as they were kept.
func (s *mailServer) letters(t *testing.T, want int) []string {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		said, err := exec.Command(s.program, "-C", filepath.Join(s.dir, "config"), "-q").CombinedOutput() // it puts what it took into the box
		if err != nil {
			t.Fatalf("%v: %s", err, said)
		}
		text, _ := os.ReadFile(filepath.Join(s.dir, "box"))
		var letters []string
		for _, letter := range strings.Split("\n"+string(text), "\nFrom ") {
			if _, body, ok := strings.Cut(letter, "\n"); ok && body != "" {
				letters = append(letters, body)
			}
		}
		if len(letters) >= want && strings.HasSuffix(string(text), "\n\n") { // it is written piece by piece
			return letters
		}
		if time.Now().After(end) {
			main, _ := os.ReadFile(filepath.Join(s.dir, "log-main"))
			panics, _ := os.ReadFile(filepath.Join(s.dir, "log-panic"))
			main = append(append(main, panics...), text...)
			t.Fatalf("%d letters arrived, want %d\n%s", len(letters), want, main)
		}
	}
}

// line is the way to it, by a configuration as the operator writes one.
func (s *mailServer) line(t *testing.T, extra string) courier.Line {
	t.Helper()
	dir := t.TempDir()
	ca, err := os.ReadFile(filepath.Join(s.dir, "cert.pem"))
	if err != nil {
		t.Fatal(err)
	}
	writeFiles(t, dir, map[string]string{
		"ca.pem": string(ca), "password": "opensesame\n",
		"mail.yaml": fmt.Sprintf("from: no-reply@portal.example\n%sproviders:\n  - name: exim\n    host: 127.0.0.1\n    port: %d\n    tls: starttls\n    authority: ca.pem\n    user: tereze\n    password: password\n", extra, s.port),
	})
	if extra != "" {
		writeFiles(t, dir, map[string]string{"dkim.pem": dkimKey(t)})
	}
	line, err := courier.ReadMail(filepath.Join(dir, "mail.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	return line
}
