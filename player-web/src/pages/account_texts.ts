// The sentences of the account pages, Chinese first.

import { language } from "../i18n/language";

const texts = {
  accountTitle: ["我的账号", "Your account"],
  signIn: ["登录", "Sign in"],
  signOut: ["退出登录", "Sign out"],
  signedOut: ["已退出登录。", "You are signed out."],
  signInHint: ["没有账号也能观看公开课程。账号由社区工作人员开通。", "Public courses need no account. The staff of your community opens accounts."],
  login: ["账号", "Account"],
  password: ["密码", "Password"],
  code: ["验证码或恢复码", "Authenticator or recovery code"],
  changePassword: ["修改密码", "Change the password"],
  oldPassword: ["原密码", "Old password"],
  newPassword: ["新密码（至少 8 个字符）", "New password (8 characters or more)"],
  passwordChanged: ["密码已修改，其他设备已退出登录。", "The password is changed; other devices are signed out."],
  activateTitle: ["登录电视", "Sign in a television"],
  activateHint: ["请输入电视屏幕上显示的代码。只确认您自己面前的设备。", "Type the code on the television's screen. Confirm only a device in front of you."],
  deviceCode: ["电视上的代码", "Code on the television"],
  approve: ["确认登录", "Sign it in"],
  deny: ["不是我", "It is not mine"],
  deviceApproved: ["好了，电视马上就会登录。", "Done: the television will be signed in in a moment."],
  deviceDenied: ["已拒绝。", "It was refused."],
  offline: ["连接不上服务器，请检查网络后再试。", "The server cannot be reached. Check the network and try again."],
} as const;

export function accountText(key: keyof typeof texts): string {
  return texts[key][language === "en" ? 1 : 0];
}
