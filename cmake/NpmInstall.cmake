# Installs the exact npm packages of SOURCE/package-lock.json into STAGE/node_modules and touches STAMP.
# Run as a script: cmake -DSOURCE=... -DSTAGE=... -DSTAMP=... -P NpmInstall.cmake

find_program(NODE NAMES node nodejs)
find_program(NPM npm)
if(NOT NODE OR NOT NPM)
  message(FATAL_ERROR "Node.js 18 or newer and npm are needed here: apt-get install nodejs npm")
endif()
execute_process(COMMAND "${NODE}" --version OUTPUT_VARIABLE version OUTPUT_STRIP_TRAILING_WHITESPACE)
string(REGEX MATCH "[0-9]+" major "${version}")
if(major LESS 18)
  message(FATAL_ERROR "Node.js 18 or newer is needed here; ${NODE} is ${version}")
endif()

file(MAKE_DIRECTORY "${STAGE}")
file(COPY "${SOURCE}/package.json" "${SOURCE}/package-lock.json" "${SOURCE}/.npmrc" DESTINATION "${STAGE}")
execute_process(COMMAND "${NPM}" ci --prefer-offline --no-audit --no-fund --loglevel=error
                WORKING_DIRECTORY "${STAGE}" RESULT_VARIABLE result)
if(NOT result EQUAL 0)
  message(FATAL_ERROR "npm could not install the packages of ${SOURCE}/package-lock.json. Check that the npm registry "
                      "is reachable from this machine (npm ping), or set another one (npm config set registry URL).")
endif()
file(TOUCH "${STAMP}")
