package design

import (
	"context"
	"io"

	"github.com/a-h/templ"
)

// Component is anything that can be drawn: every struct below, and every templ.
type Component = templ.Component

// Render draws the whole page around its children and gives Words to them.
func (p Page) Render(ctx context.Context, w io.Writer) error {
	if p.Words == nil {
		p.Words = &Words{}
	}
	return p.view().Render(WithWords(ctx, p.Words), w)
}

// Render draws the component. See [AmendmentBanner].
func (c AmendmentBanner) Render(ctx context.Context, w io.Writer) error {
	return c.view().Render(ctx, w)
}

// Render draws the component. See [CookieNotice].
func (c CookieNotice) Render(ctx context.Context, w io.Writer) error { return c.view().Render(ctx, w) }

// Render draws the component. See [Agreement].
func (c Agreement) Render(ctx context.Context, w io.Writer) error { return c.view().Render(ctx, w) }

// Render draws the component. See [Announcement].
func (c Announcement) Render(ctx context.Context, w io.Writer) error { return c.view().Render(ctx, w) }

// Render draws the component. See [Button].
func (c Button) Render(ctx context.Context, w io.Writer) error { return c.view().Render(ctx, w) }

// Render draws the component. See [ButtonGroup].
func (c ButtonGroup) Render(ctx context.Context, w io.Writer) error { return c.view().Render(ctx, w) }

// Render draws the component. See [ButtonLink].
func (c ButtonLink) Render(ctx context.Context, w io.Writer) error { return c.view().Render(ctx, w) }

// Render draws the component. See [Cards].
func (c Cards) Render(ctx context.Context, w io.Writer) error { return c.view().Render(ctx, w) }

// Render draws the component. See [CardSigning].
func (c CardSigning) Render(ctx context.Context, w io.Writer) error { return c.view().Render(ctx, w) }

// Render draws the component. See [Checkboxes].
func (c Checkboxes) Render(ctx context.Context, w io.Writer) error { return c.view().Render(ctx, w) }

// Render draws the component. See [Citation].
func (c Citation) Render(ctx context.Context, w io.Writer) error { return c.view().Render(ctx, w) }

// Render draws the component. See [DateInput].
func (c DateInput) Render(ctx context.Context, w io.Writer) error { return c.view().Render(ctx, w) }

// Render draws the component. See [Details].
func (c Details) Render(ctx context.Context, w io.Writer) error { return c.view().Render(ctx, w) }

// Render draws the component. See [DiffText].
func (c DiffText) Render(ctx context.Context, w io.Writer) error { return c.view().Render(ctx, w) }

// Render draws the component. See [EmptyState].
func (c EmptyState) Render(ctx context.Context, w io.Writer) error { return c.view().Render(ctx, w) }

// Render draws the component. See [ErrorSummary].
func (c ErrorSummary) Render(ctx context.Context, w io.Writer) error { return c.view().Render(ctx, w) }

// Render draws the component. See [Figures].
func (c Figures) Render(ctx context.Context, w io.Writer) error { return c.view().Render(ctx, w) }

// Render draws the component. See [FileUpload].
func (c FileUpload) Render(ctx context.Context, w io.Writer) error { return c.view().Render(ctx, w) }

// Render draws the component. See [Heading].
func (c Heading) Render(ctx context.Context, w io.Writer) error { return c.view().Render(ctx, w) }

// Render draws the component. See [Hero].
func (c Hero) Render(ctx context.Context, w io.Writer) error { return c.view().Render(ctx, w) }

// Render draws the component. See [Idle].
func (c Idle) Render(ctx context.Context, w io.Writer) error { return c.view().Render(ctx, w) }

// Render draws the component. See [InsetText].
func (c InsetText) Render(ctx context.Context, w io.Writer) error { return c.view().Render(ctx, w) }

// Render draws the component. See [NotificationBanner].
func (c NotificationBanner) Render(ctx context.Context, w io.Writer) error {
	return c.view().Render(ctx, w)
}

// Render draws the component. See [Pagination].
func (c Pagination) Render(ctx context.Context, w io.Writer) error { return c.view().Render(ctx, w) }

// Render draws the component. See [Panel].
func (c Panel) Render(ctx context.Context, w io.Writer) error { return c.view().Render(ctx, w) }

// Render draws the component. See [PasswordInput].
func (c PasswordInput) Render(ctx context.Context, w io.Writer) error { return c.view().Render(ctx, w) }

// Render draws the component. See [PhoneSigning].
func (c PhoneSigning) Render(ctx context.Context, w io.Writer) error { return c.view().Render(ctx, w) }

// Render draws the component. See [PrintButton].
func (c PrintButton) Render(ctx context.Context, w io.Writer) error { return c.view().Render(ctx, w) }

// Render draws the component. See [Progress].
func (c Progress) Render(ctx context.Context, w io.Writer) error { return c.view().Render(ctx, w) }

// Render draws the component. See [Radios].
func (c Radios) Render(ctx context.Context, w io.Writer) error { return c.view().Render(ctx, w) }

// Render draws the component. See [Receipt].
func (c Receipt) Render(ctx context.Context, w io.Writer) error { return c.view().Render(ctx, w) }

// Render draws the component. See [Select].
func (c Select) Render(ctx context.Context, w io.Writer) error { return c.view().Render(ctx, w) }

// Render draws the component. See [Signing].
func (c Signing) Render(ctx context.Context, w io.Writer) error { return c.view().Render(ctx, w) }

// Render draws the component. See [StartButton].
func (c StartButton) Render(ctx context.Context, w io.Writer) error { return c.view().Render(ctx, w) }

// Render draws the component. See [SummaryList].
func (c SummaryList) Render(ctx context.Context, w io.Writer) error { return c.view().Render(ctx, w) }

// Render draws the component. See [Table].
func (c Table) Render(ctx context.Context, w io.Writer) error { return c.view().Render(ctx, w) }

// Render draws the component. See [Tabs].
func (c Tabs) Render(ctx context.Context, w io.Writer) error { return c.view().Render(ctx, w) }

// Render draws the component. See [Tag].
func (c Tag) Render(ctx context.Context, w io.Writer) error { return c.view().Render(ctx, w) }

// Render draws the component. See [TaskList].
func (c TaskList) Render(ctx context.Context, w io.Writer) error { return c.view().Render(ctx, w) }

// Render draws the component. See [TextInput].
func (c TextInput) Render(ctx context.Context, w io.Writer) error { return c.view().Render(ctx, w) }

// Render draws the component. See [Textarea].
func (c Textarea) Render(ctx context.Context, w io.Writer) error { return c.view().Render(ctx, w) }

// Render draws the component. See [Timeline].
func (c Timeline) Render(ctx context.Context, w io.Writer) error { return c.view().Render(ctx, w) }

// Render draws the component. See [WarningText].
func (c WarningText) Render(ctx context.Context, w io.Writer) error { return c.view().Render(ctx, w) }
