void homeport_linux_unused(void);
