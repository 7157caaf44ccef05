# The Debian package: cpack --config build/CPackConfig.cmake, or scripts/package.sh, which needs no root.
# What it depends on is read from the programs (dpkg-shlibdeps); what they start or load otherwise is named here.
install(FILES config/systemd/kapok.service config/systemd/kapok.socket config/systemd/kapok-tls.socket
        DESTINATION lib/systemd/system)
install(FILES config/sysusers.d/kapok.conf DESTINATION lib/sysusers.d)
install(FILES config/tmpfiles.d/kapok.conf DESTINATION lib/tmpfiles.d)
install(FILES config/proxy/nginx.conf.example config/proxy/Caddyfile.example config/kapok.conf.example CHANGELOG.md
              docs/operations.md docs/config.md
        DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR} RENAME copyright)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME kapok)
set(CPACK_PACKAGE_VENDOR Kapok)
set(CPACK_PACKAGE_CONTACT "The Kapok project <kapok@localhost>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "learning-media streaming server")
set(CPACK_PACKAGE_DESCRIPTION "Takes lessons of a community-education network in, transcodes them and streams them to browsers,
phones, televisions and set-top boxes, with a catalog in Chinese.")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION video)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS "adduser | systemd")
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "xlsx2csv")
set(CPACK_DEBIAN_COMPRESSION_TYPE xz)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA
    "${CMAKE_SOURCE_DIR}/packaging/debian/postinst" "${CMAKE_SOURCE_DIR}/packaging/debian/prerm"
    "${CMAKE_SOURCE_DIR}/packaging/debian/postrm" "${CMAKE_SOURCE_DIR}/packaging/debian/conffiles")
# /etc/kapok/kapok.conf is a conffile: what the operator wrote there is kept.
install(FILES config/kapok.conf.example DESTINATION /etc/kapok RENAME kapok.conf)
include(CPack)
