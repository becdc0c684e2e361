/* SPDX-License-Identifier: MIT */
#include "table.h"

int main(void)
{
        return table_run("editors");
}
