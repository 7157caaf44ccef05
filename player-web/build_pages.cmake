# Copies the sources of the pages into STAGE (packages are there already), builds them into OUTPUT together with
# their unit tests, and touches STAMP.

find_program(NODE NAMES node nodejs REQUIRED)
file(REMOVE_RECURSE "${STAGE}/src" "${STAGE}/test" "${STAGE}/scripts")
file(COPY "${SOURCE}/src" "${SOURCE}/test" "${SOURCE}/scripts" "${SOURCE}/tsconfig.json" "${SOURCE}/tsconfig.tv.json" DESTINATION "${STAGE}")

function(run_node)
  execute_process(COMMAND "${NODE}" ${ARGN} WORKING_DIRECTORY "${STAGE}" RESULT_VARIABLE result)
  if(NOT result EQUAL 0)
    message(FATAL_ERROR "The pages did not build; the messages above say why (paths are those of the copy in ${STAGE}).")
  endif()
endfunction()

run_node(scripts/build.mjs "${OUTPUT}")
run_node(scripts/build_tests.mjs "${STAGE}/built-tests")
file(TOUCH "${STAMP}")
