"""What leaves the service later: letters by SMTP, or as files for the operator."""
