/** Where the address of a shared server stands, and whose it is: a file that root alone may write. */
export const sharedClientFile = "/etc/aiops/client.json";
