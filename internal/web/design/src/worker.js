// Shows pop-up messages of a portal while no page of it is open. What arrives is encrypted for this browser alone.
self.addEventListener("push", (event) => {
  const { title, body, lang, tag, url } = event.data.json();
  event.waitUntil(self.registration.showNotification(title, { body, lang, tag, icon: "/-/assets/icon-192.png", data: { url } }));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const { origin } = self.location;
  const to = new URL(event.notification.data.url, origin);
  // Whatever a message says, a pop-up of the portal opens a page of the portal.
  event.waitUntil(self.clients.openWindow(to.origin === origin ? to.href : self.registration.scope));
});
