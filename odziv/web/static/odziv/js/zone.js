/* On the first visit: offers the time zone of the visitor's own machine, unless the form came back with another choice. */
const zones = document.querySelector("select#id_time_zone");
const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
const untouched = !document.querySelector("form .errorlist");
if (untouched && [...(zones?.options ?? [])].some((zone) => zone.value === own)) zones.value = own;
