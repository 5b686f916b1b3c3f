"""Mail to applicants and reminders to staff: what is written, and how it leaves the outbox."""
