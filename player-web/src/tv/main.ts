// The TV page (/tv): courses for a screen that is seen from three metres and worked with arrow keys, Enter and Back.

import { setOnTokenRefused } from "./ask";
import { App } from "./app";
import { ChannelScreen, ChannelsScreen, LiveScreen, offerChannels } from "./channels";
import { CourseScreen } from "./course";
import { setShown } from "./dom";
import { categoryScreen, HomeScreen } from "./lists";
import { MeScreen } from "./me";
import { RoomScreen } from "./room";
import { SearchScreen } from "./search";
import { SignInScreen } from "./sign_in";
import { t } from "./text";
import { WatchScreen } from "./watch";

function start(): void {
  let home: HomeScreen | null = null;
  let isStale = false;
  const app: App = new App(document.getElementById("app")!, {
    "": () => {
      if (!home) home = new HomeScreen(isStale);
      else home.onReturn();
      return home;
    },
    category: (rest) => categoryScreen(rest[0] || ""),
    search: () => new SearchScreen(),
    course: (rest) => new CourseScreen(rest[0] || ""),
    watch: (rest) => new WatchScreen(app, rest[0] || "", rest[1] || "", rest[2]),
    "sign-in": () => new SignInScreen(app),
    room: () => new RoomScreen(app),
    me: () => new MeScreen(app),
    channels: () => new ChannelsScreen(),
    channel: (rest) => new ChannelScreen(rest[0] || ""),
    live: (rest) => new LiveScreen(app, rest[0] || ""),
  });
  app.onIdentity = (session) => {
    isStale = true;
    offerChannels();
    if (home && session) home.reload(session);
  };
  setOnTokenRefused(() => {
    app.say(t("sessionEnded"));
    app.onIdentity({ person: null, room_id: null });
  });
  setShown(document.getElementById("home")!, false);
  app.start();
  offerChannels();
}

start();
