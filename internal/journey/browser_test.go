package journey

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// machine is what the tests of the package share: one browser, and the program built once. A
// package variable, since a browser for each test would take a second each; each person has a
// browser profile of their own in it (see arrive).
var machine struct {
	browser func() (context.Context, error)
	program func() (string, error)
}

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "tereze-journey-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	ctx, stop := context.WithCancel(context.Background())
	var browser context.Context
	machine.browser = sync.OnceValues(func() (context.Context, error) {
		var err error
		browser, err = startBrowser(ctx, filepath.Join(dir, "profile"))
		return browser, err
	})
	machine.program = sync.OnceValues(func() (string, error) { return build(filepath.Join(dir, "tereze")) })
	code := m.Run()
	if browser != nil {
		end, done := context.WithTimeout(browser, 10*time.Second)
		_ = chromedp.Cancel(end) // it is killed with the context otherwise
		done()
	}
	stop()
	_ = os.RemoveAll(dir) // what a browser that was killed still holds open goes with the machine's temporary files
	os.Exit(code)
}

// Environment variables: which browser, and why there is none.
const (
	envChrome      = "CHROME"
	envSkip        = "TEREZE_SKIP_BROWSER"
	envScreenshots = "TEREZE_SCREENSHOTS"
)

var errNoBrowser = errors.New("no Chromium on this machine: install it (Debian and Ubuntu: apt-get install chromium), " +
	"name it in " + envChrome + ", or give a reason to do without in " + envSkip)

// findBrowser looks where the scripts of the project put it.
func findBrowser() (string, error) {
	for _, name := range []string{os.Getenv(envChrome), "/usr/bin/chromium", "chromium"} {
		if name == "" {
			continue
		}
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", errNoBrowser
}

func startBrowser(ctx context.Context, profile string) (context.Context, error) {
	path, err := findBrowser()
	if err != nil {
		return nil, err
	}
	signing, err := theSigner()
	if err != nil {
		return nil, err
	}
	allocator, _ := chromedp.NewExecAllocator(ctx, //nolint:govet // it ends with ctx
		chromedp.ExecPath(path), chromedp.UserDataDir(profile), chromedp.Headless, chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.NoFirstRun, chromedp.NoDefaultBrowserCheck,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true),
		chromedp.Flag("disable-extensions", true), chromedp.Flag("disable-default-apps", true),
		// Pages that sign look for NCALayer here, with a certificate that is made at every start.
		chromedp.Flag("host-resolver-rules", "MAP 127.0.0.1:13579 "+signing.address), chromedp.Flag("ignore-certificate-errors", true),
		// Several people look at their pages at once: none of the tabs is in the background.
		chromedp.Flag("disable-renderer-backgrounding", true), chromedp.Flag("disable-backgrounding-occluded-windows", true),
		chromedp.Flag("disable-background-timer-throttling", true),
		// Containers have a small /dev/shm; pictures must not depend on the screen of the machine.
		chromedp.Flag("disable-dev-shm-usage", true), chromedp.Flag("force-color-profile", "srgb"), chromedp.Flag("font-render-hinting", "none"),
	)
	browser, _ := chromedp.NewContext(allocator) //nolint:govet // likewise
	if err := chromedp.Do(browser); err != nil {
		return nil, fmt.Errorf("start %s: %w", path, err)
	}
	return browser, nil
}

// build makes the program as a user has it, to verify receipts with.
func build(path string) (string, error) {
	out, err := exec.Command("go", "build", "-buildvcs=false", "-o", path, "tereze/cmd/tereze").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("build the program: %w\n%s", err, out)
	}
	return path, nil
}

// browser gives the browser of the test binary. Without one the test fails, or is skipped where a
// reason is given.
func browser(t *testing.T) context.Context {
	t.Helper()
	if reason := os.Getenv(envSkip); reason != "" {
		t.Skip("no browser: " + reason)
	}
	ctx, err := machine.browser()
	if err != nil {
		t.Fatal(err)
	}
	return ctx
}
