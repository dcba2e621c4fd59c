package identity

// Citizen is a person whom somebody else vouches for: the authority that issued their card, or a state's
// system of identification.
type Citizen struct {
	Number     string // the state's number: in Kyrgyzstan the personal number, which ParsePIN takes
	Surname    string
	Given      string
	Patronymic string
	Phone      string // as it was vouched for; empty where it was not
}
