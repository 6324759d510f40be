/** What every page loads: HTMX without eval, the islands, and the small habits of the frame. */
import "./app.css";

import { startAsk } from "./ask";
import { startFlashes } from "./flashes";
import { startForms } from "./forms";
import { startFrame } from "./frame";
import { startHtmx } from "./htmx";
import { startIslands } from "./islands";
import { startKeys } from "./keys";
import { startPulse } from "./pulse";

startHtmx();
startFrame();
startForms();
startFlashes();
startKeys();
startAsk();
startIslands();
startPulse();
