// Notes to start from, all fictional: what gives a card, what does not, and what almost does.

export const EXAMPLES = [
  {
    title: "Leaning on a cart eases it",
    age: "71",
    note: `Subjective: Aching in both buttocks and thighs after walking about two blocks, eases when he leans on the shopping cart.
Gone on sitting down; worse with prolonged standing at the sink.
Denies saddle numbness or change in bladder or bowel function.
Exam: Pedal pulses 2+ on both sides. Strength 5/5 throughout.`,
  },
  {
    title: "Calf cramp that eases on standing still",
    age: "66",
    note: `Right calf cramp after 100 yards, every time, gone after standing still for two minutes. No change with bending forward.
Smoker. Dorsalis pedis pulse absent on the right.`,
  },
  {
    title: "Both patterns in one note",
    age: "73",
    note: `Leg pain on walking, both thighs, eases when he bends forward or pushes a walker.
Ankle-brachial index 0.78 on the left.`,
  },
  {
    title: "New saddle numbness",
    age: "58",
    note: `Months of leg pain on walking that eases on bending forward. Since yesterday new numbness in the saddle area and new urinary
retention.`,
  },
  {
    title: "It was the mother",
    age: "52",
    note: `Right knee pain on stairs. No leg pain with walking.
Family history: Mother had neurogenic claudication and walked leaning on a shopping cart.`,
  },
  {
    title: "Relieved by rest, and no word on posture",
    age: "69",
    note: `Leg pain when walking more than a few blocks. Pain is relieved by rest.`,
  },
];
