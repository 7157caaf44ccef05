/** Words for the service manager (sd_notify(3)): nothing happens when there is none.
 * Threads: any. */
#pragma once

/** Send assignments such as "READY=1\nSTATUS=..." to the socket of NOTIFY_SOCKET. */
void service_notify(const char *state);
