package outline

func newLexTeller(v *voice, s *source) teller { return nil }
