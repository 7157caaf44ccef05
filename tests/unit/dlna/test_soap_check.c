#include "dlna/soap_check.h"

#include <glib.h>
#include <string.h>

#define ACTION "\"urn:schemas-upnp-org:service:ContentDirectory:1#Browse\""
#define OPEN "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\">"
#define BROWSE "<s:Body><u:Browse xmlns:u=\"urn:x\"><ObjectID>0</ObjectID></u:Browse></s:Body></s:Envelope>"

static const struct {
  const char *body, *action;
  bool is_good;
} cases[] = {
    {OPEN BROWSE, ACTION, true},
    {"<?xml version=\"1.0\"?>\r\n" OPEN "\n<s:Header/>\n" BROWSE "\n", ACTION, true},
    {OPEN BROWSE, "urn:x#Browse", true},
    {OPEN BROWSE, "\"urn:x#Search\"", false},
    {OPEN BROWSE, "\"urn:x\"", false},
    {OPEN BROWSE, "#", false},
    {OPEN BROWSE, NULL, false},
    {"", ACTION, false},
    {"<x/>", ACTION, false},
    {OPEN "<s:Body/></s:Envelope>", ACTION, false},
    {OPEN "</s:Envelope>", ACTION, false},
    {OPEN "<u:Browse xmlns:u=\"urn:x\"/></s:Envelope>", ACTION, false},
    {OPEN "<s:Body><u:Browse xmlns:u=\"urn:x\"></s:Body></s:Envelope>", ACTION, false}, /* not well-formed */
    {"<!DOCTYPE x [<!ENTITY a \"b\">]>" OPEN BROWSE, ACTION, false},
    {"<Envelope><Body><Browse/></Body></Envelope>", ACTION, false}, /* no namespace */
    {OPEN BROWSE "x", ACTION, false},
};

static void test_soap_check(void) {
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
    if (soap_check(cases[i].body, strlen(cases[i].body), cases[i].action) != cases[i].is_good)
      g_error("%s with %s", cases[i].body, cases[i].action);
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/soap_check", test_soap_check);
  return g_test_run();
}
