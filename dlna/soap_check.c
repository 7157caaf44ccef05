#include "dlna/soap_check.h"

#include <glib.h>
#include <libxml/parser.h>
#include <libxml/tree.h>
#include <limits.h>
#include <string.h>

#define ENVELOPE_NAMESPACE "http://schemas.xmlsoap.org/soap/envelope/"
#define ACTION_LENGTH_MAX 64

/** What stands behind '#', up to a quote. */
static bool read_action(const char *soap_action, char ret_name[ACTION_LENGTH_MAX + 1]) {
  const char *name = soap_action != NULL ? strchr(soap_action, '#') : NULL;
  size_t length = name != NULL ? strcspn(name + 1, "\" ") : 0;
  if (length == 0 || length > ACTION_LENGTH_MAX)
    return false;
  memcpy(ret_name, name + 1, length);
  ret_name[length] = '\0';
  return true;
}

static bool is_called(const xmlNode *node, const char *name) {
  return strcmp((const char *)node->name, name) == 0;
}

static bool is_of_envelope(const xmlNode *node, const char *name) {
  return node != NULL && is_called(node, name) && node->ns != NULL &&
         strcmp((const char *)node->ns->href, ENVELOPE_NAMESPACE) == 0;
}

static bool holds_action(xmlDoc *document, const char *name) {
  const xmlNode *envelope = xmlDocGetRootElement(document);
  if (document->intSubset != NULL || !is_of_envelope(envelope, "Envelope"))
    return false;
  xmlNode *body = xmlFirstElementChild((xmlNode *)envelope);
  if (body != NULL && is_of_envelope(body, "Header"))
    body = xmlNextElementSibling(body);
  xmlNode *action = is_of_envelope(body, "Body") ? xmlFirstElementChild(body) : NULL;
  return action != NULL && is_called(action, name);
}

bool soap_check(const char *body, size_t size_bytes, const char *soap_action) {
  char name[ACTION_LENGTH_MAX + 1];
  if (size_bytes == 0 || size_bytes > INT_MAX || !read_action(soap_action, name))
    return false;
  xmlDoc *document =
      xmlReadMemory(body, (int)size_bytes, NULL, NULL, XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
  bool is_good = document != NULL && holds_action(document, name);
  if (document != NULL)
    xmlFreeDoc(document);
  return is_good;
}
