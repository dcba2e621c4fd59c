package journey

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// Pictures are kept in the tree, so they are only as large as a reader needs.
const (
	maxPicture = 200_000 // bytes
	tallest    = 1500    // pixels of the page; the rest is cut off
)

// pictured says which steps are kept: all of one portal, of the others what their agreements make
// different: the ways in among that.
func pictured(portal, step string) bool {
	for _, prefix := range []string{
		"support-", "materials-", "card-", "owed-", "works-late-", "works-status-", "notices-inbox-", "notices-preferences-",
		"data-consents-", "data-withdraw-", "data-copy-", "campaign-approve-", "prices-edit-", "prices-preview-", "prices-public-", "push-failed-",
		"data-decide-kk", "data-erasure-kk", "appeal-standing-kk", "letters-outbox-kk", "sign-in-phone-kk",
	} {
		if strings.HasPrefix(step, prefix) {
			return true
		}
	}
	return portal == "" || portal == "court" || strings.HasPrefix(step, "register-") || strings.HasPrefix(step, "recover") || strings.HasPrefix(step, "own-") || strings.HasPrefix(step, "desk-") || slices.Contains([]string{"home", "accept", "accept-again", "fresh", "sign-in-again", "refusal", "receipt", "sign-in", "services", "service", "policy"}, step)
}

// picture takes the page before the person in windows of these widths, where the environment names
// a folder for pictures (TEREZE_SCREENSHOTS="$PWD/docs/screenshots" go test ./internal/journey). An
// ordinary run of the tests changes nothing in the tree.
func (p *person) picture(step string, widths ...int64) {
	p.t.Helper()
	folder := os.Getenv(envScreenshots)
	if folder == "" || !pictured(p.portal, step) {
		return
	}
	name := p.portal
	if name == "" {
		name = "all"
	}
	for _, width := range widths {
		p.window(width)
		ask[bool](p, "(document.activeElement?.blur(), scrollTo(0, 0), true)")
		ctx, stop := context.WithTimeout(p.ctx, patience)
		taken, err := chromedp.Run(ctx, take(width))
		stop()
		if err != nil {
			p.t.Fatal(err)
		}
		if taken, err = smaller(taken); err != nil {
			p.t.Fatal(err)
		}
		if len(taken) > maxPicture {
			p.t.Errorf("%s-%s-%d.png has %d bytes", name, step, width, len(taken))
		}
		if err := os.WriteFile(filepath.Join(folder, fmt.Sprintf("%s-%s-%d.png", name, step, width)), taken, 0o644); err != nil {
			p.t.Fatal(err)
		}
	}
	p.window(p.width)
}

// take captures the page from its top.
func take(width int64) chromedp.Action[[]byte] {
	return func(ctx context.Context, tab *chromedp.Target) ([]byte, error) {
		height, err := chromedp.Evaluate[float64]("document.documentElement.scrollHeight")(ctx, tab)
		if err != nil {
			return nil, err
		}
		time.Sleep(100 * time.Millisecond) // a mark of the pointer fades
		beyond := true
		got, err := cdp.Call(ctx, tab, page.CaptureScreenshot, page.CaptureScreenshotParams{
			CaptureBeyondViewport: &beyond, Clip: &page.Viewport{Width: float64(width), Height: min(height, tallest), Scale: 1},
		})
		return got.Data, err
	}
}

// smaller packs a picture as well as PNG can; browsers pack for speed. Of each colour it drops the
// lowest bit, or two where the picture is still too large: hardly anybody sees it, and a ground that
// shades from one colour into another packs well.
func smaller(picture []byte) ([]byte, error) {
	decoded, err := png.Decode(bytes.NewReader(picture))
	if err != nil {
		return nil, fmt.Errorf("a picture of the browser: %w", err)
	}
	packer := png.Encoder{CompressionLevel: png.BestCompression}
	for _, dropped := range []uint8{1, 3} {
		if flat, ok := decoded.(*image.RGBA); ok {
			for i := range flat.Pix {
				flat.Pix[i] |= dropped
			}
		}
		var out bytes.Buffer
		if err := packer.Encode(&out, decoded); err != nil {
			return nil, fmt.Errorf("pack a picture: %w", err)
		}
		if picture = out.Bytes(); len(picture) <= maxPicture {
			break
		}
	}
	return picture, nil
}
