/** Who works at the command line, for the audit log. */
#pragma once

/** "cli:" and the name of the user whose account runs the program. Caller frees. */
char *cli_actor(void);
